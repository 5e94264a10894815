/**
 * What a reader keeps in this browser (IndexedDB): records, each a short line for a list and a long part to open, and
 * what several of them share, which is stored once.
 */

/**
 * @typedef {object} KeptLine what a list shows of a record
 * @property {string} id
 * @property {number} format of the record; who reads it says which it knows
 * @property {string} name
 * @property {number} date milliseconds since 1970
 * @property {number} bytes of the long part, about
 * @property {Record<string, number>} shared the bytes of what it shares with others, by key
 * @property {any} about
 *
 * @typedef {ReturnType<typeof keepingIn>} Keeping
 */

const VERSION = 1; // of the stores, not of the records in them
const STORES = ["lines", "long", "shared"];

/** Why nothing is kept: there is no place, it is full, the record is gone or damaged, or the browser's own reason. */
export class KeepFault extends Error {
  /** @param {"nowhere" | "full" | "gone" | "damaged" | "trouble"} why @param {string} [message] */
  constructor(why, message = why) {
    super(message);
    this.why = why;
  }
}

/**
 * Return the place of that name. Every function throws a KeepFault where the browser has none for this page: in a
 * private window of some, in a frame without an origin, or where the reader forbade it.
 * @param {Window & typeof globalThis} win
 * @param {string} name
 */
export function keepingIn(win, name) {
  /** @type {Promise<IDBDatabase> | null} */
  let opened = null;

  function open() {
    opened ??= new Promise((good, bad) => {
      const request = win.indexedDB.open(name, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("lines", { keyPath: "id" });
        request.result.createObjectStore("long");
        request.result.createObjectStore("shared");
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        request.result.onclose = () => (opened = null);
        good(request.result);
      };
      request.onerror = () => bad(request.error);
    });
    return opened;
  }

  /**
   * Run requests in one transaction: all of what they change is there at the end, or nothing.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(stores: Record<string, IDBObjectStore>) => T | Promise<T>} run
   * @returns {Promise<T>}
   */
  async function within(mode, run) {
    let database;
    try {
      database = await open();
    } catch (error) {
      opened = null;
      throw new KeepFault("nowhere", String(error));
    }
    /** @type {IDBTransaction | null} */
    let transaction = null;
    try {
      const begun = database.transaction(STORES, mode, { durability: "strict" });
      transaction = begun;
      const end = new Promise((good, bad) => {
        begun.oncomplete = good;
        begun.onabort = () => bad(begun.error);
      });
      end.catch(() => {}); // a request that failed has said it already
      const made = await run(Object.fromEntries(STORES.map((store) => [store, begun.objectStore(store)])));
      await end;
      return made;
    } catch (error) {
      if (transaction) undo(transaction);
      if (error instanceof KeepFault) throw error;
      const { name: kind, message } = /** @type {DOMException} */ (error);
      throw new KeepFault(kind === "QuotaExceededError" ? "full" : "trouble", message || kind);
    }
  }

  return {
    /** The records, the newest first, and the ids of those whose line makes no sense. */
    list: () =>
      within("readonly", async ({ lines }) => {
        const all = await answerOf(lines.getAll());
        const good = all.filter(isLine).sort((a, b) => b.date - a.date);
        return { lines: good, damaged: all.filter((one) => !isLine(one)).map(({ id }) => String(id)) };
      }),

    /**
     * Keep a record, in place of the one of the same id.
     * @param {KeptLine} line @param {unknown} long @param {Record<string, unknown>} shared by the keys in `line.shared`
     */
    put: (line, long, shared) =>
      within("readwrite", async (stores) => {
        stores.lines.put(line);
        stores.long.put(long, line.id);
        for (const [key, value] of Object.entries(shared))
          if (!(await answerOf(stores.shared.count(key)))) stores.shared.put(value, key);
        await forget(stores);
      }),

    /** A record whole. @param {string} id */
    get: (id) =>
      within("readonly", async (stores) => {
        const [line, long] = [await answerOf(stores.lines.get(id)), await answerOf(stores.long.get(id))];
        if (!line) throw new KeepFault("gone");
        if (!isLine(line) || !long) throw new KeepFault("damaged");
        /** @type {Record<string, any>} */
        const shared = {};
        for (const key of Object.keys(line.shared)) shared[key] = await answerOf(stores.shared.get(key));
        return { line, long, shared };
      }),

    /** @param {string} id @param {string} to */
    rename: (id, to) =>
      within("readwrite", async ({ lines }) => {
        const line = await answerOf(lines.get(id));
        if (!line) throw new KeepFault("gone");
        lines.put({ ...line, name: to });
      }),

    /** Remove a record, damaged or not. @param {string} id */
    remove: (id) =>
      within("readwrite", async (stores) => {
        stores.lines.delete(id);
        stores.long.delete(id);
        await forget(stores);
      }),
  };
}

/** The bytes that records take together, about. @param {KeptLine[]} lines */
export function bytesKept(lines) {
  const shared = Object.assign({}, ...lines.map((line) => line.shared));
  const all = [...lines.map(({ bytes }) => bytes), .../** @type {number[]} */ (Object.values(shared))];
  return all.reduce((sum, bytes) => sum + bytes, 0);
}

/** Remove what no record shares any more. @param {Record<string, IDBObjectStore>} stores */
async function forget({ lines, shared }) {
  const used = new Set((await answerOf(lines.getAll())).filter(isLine).flatMap((line) => Object.keys(line.shared)));
  for (const key of await answerOf(shared.getAllKeys())) if (!used.has(String(key))) shared.delete(key);
}

/** @param {any} value @returns {value is KeptLine} */
function isLine(value) {
  const { id, format, name, date, bytes, shared, about } = value;
  const numbers = [format, date, bytes].every(Number.isFinite);
  return numbers && [id, name].every((text) => typeof text === "string") && isRecord(shared) && isRecord(about);
}

/** @param {unknown} value */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {IDBTransaction} transaction */
function undo(transaction) {
  try {
    transaction.abort();
  } catch {
    // it has ended already
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answerOf(request) {
  return new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });
}

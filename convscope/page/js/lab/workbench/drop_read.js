/**
 * What was dropped or chosen, as files with their paths: folders are read through, hidden and system files left out.
 */

/** @typedef {{path: string, file: Blob}} Sent a file and where it lies in what was dropped */
/** @typedef {{name: string, archive: boolean, files: Sent[], hidden: number}} DroppedSet */

// of systems, as convscope/data/tree.py has them
const SYSTEM_FOLDERS = ["__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__pycache__"];

/** Whether files are being dragged, and not text. @param {DragEvent} event */
export function isDrop(event) {
  return Boolean(event.dataTransfer?.types.includes("Files"));
}

/** What was dropped; begins to read at once. @param {DataTransfer} data @returns {Promise<DroppedSet[]>} */
export async function dropped(data) {
  const items = [...data.items].filter((one) => one.kind === "file");
  // all in one go: after the first wait the browser takes them away
  const entries = items.map((one) => ({ entry: one.webkitGetAsEntry?.() ?? null, file: one.getAsFile() }));
  /** @type {Sent[]} */
  const found = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry), `${entry.name}/`, found);
    else if (file) found.push({ path: file.name, file });
  }
  return setsOf(found);
}

/** What was chosen in a field. @param {FileList | null} list @returns {DroppedSet[]} */
export function chosen(list) {
  return setsOf([...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** @param {FileSystemDirectoryEntry} folder @param {string} path @param {Sent[]} found */
async function readFolder(folder, path, found) {
  const reader = folder.createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((good, bad) => reader.readEntries(good, bad)); // a hundred at a time
    if (!some.length) return;
    for (const entry of some) {
      if (entry.isDirectory) {
        if (!isHidden(entry.name))
          await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry), `${path}${entry.name}/`, found);
      } else {
        /** @type {File} */
        const file = await new Promise((good, bad) => /** @type {FileSystemFileEntry} */ (entry).file(good, bad));
        found.push({ path: path + entry.name, file });
      }
    }
  }
}

/** Each archive is a set of its own, all other files together are one. @param {Sent[]} found @returns {DroppedSet[]} */
function setsOf(found) {
  const isArchive = (/** @type {Sent} */ { path }) => !path.includes("/") && path.toLowerCase().endsWith(".zip");
  const archives = found.filter(isArchive).map((one) => ({
    name: one.path,
    archive: true,
    files: [one],
    hidden: 0,
  }));
  const loose = found.filter((one) => !isArchive(one));
  const files = loose.filter(({ path }) => !path.split("/").some(isHidden));
  if (!loose.length) return archives;
  return [...archives, { ...withoutTop(files), archive: false, hidden: loose.length - files.length }];
}

/** The folder that all lie in is the set's name. @param {Sent[]} files */
function withoutTop(files) {
  const top = files[0]?.path.split("/")[0] ?? "";
  if (!files.every(({ path }) => path.startsWith(`${top}/`))) return { name: "pictures", files };
  return { name: top, files: files.map(({ path, file }) => ({ path: path.slice(top.length + 1), file })) };
}

/** @param {string} name */
function isHidden(name) {
  return name.startsWith(".") || SYSTEM_FOLDERS.includes(name) || ["Thumbs.db", "desktop.ini"].includes(name);
}

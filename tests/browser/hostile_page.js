/* What a hostile page tries against a lab at `base`. Resolves with everything that it could read, by attempt. */
"use strict";

window.attack = async (base, canary) => {
  const got = {};
  const note = (name, value) => {
    got[name] = String(value);
  };
  const later =
    (name, start, limit = 3000) =>
    () =>
      new Promise((done) => {
        const end = (value) => {
          note(name, value);
          done();
        };
        setTimeout(() => {
          if (!(name in got)) end("nothing came");
        }, limit);
        try {
          start(end);
        } catch (error) {
          end(`threw ${error.name}`);
        }
      });
  const reads = [
    "/",
    "/api/runs",
    "/api/offer",
    "/api/events",
    "/api/runs/one",
    "/api/runs/one/events",
    "/api/runs/one/network",
    "/api/runs/one/report",
    "/runs/one/look",
    `/${canary}`,
    `/runs/../${canary}`,
    `/runs/%2e%2e/${canary}`,
  ];
  const body = JSON.stringify({ data: "mnist", formula: "fc" });
  const posts = ["/api/runs", "/api/runs/one/stop", "/api/runs/one/resume", "/api/describe"];
  const text = async (ask) => {
    const answer = await ask;
    return `${answer.type} ${await answer.text()}`;
  };
  const attempts = [];
  const attempt = (name, ask) =>
    attempts.push(
      later(
        name,
        (end) => {
          ask().then(end, (error) => end(`threw ${error.name}`));
        },
        20000,
      ),
    );

  for (const path of reads) {
    for (const mode of ["cors", "no-cors"])
      attempt(`fetch ${mode} ${path}`, () =>
        text(fetch(base + path, { mode, credentials: "include", cache: "no-store" })),
      );
  }
  for (const path of posts) {
    for (const [kind, headers] of [
      ["plain", {}],
      ["json", { "Content-Type": "application/json" }],
      ["token", { "Content-Type": "application/json", "X-Convscope-Token": "guess" }],
      ["form", { "Content-Type": "application/x-www-form-urlencoded" }],
    ]) {
      for (const mode of ["cors", "no-cors"])
        attempt(`post ${mode} ${kind} ${path}`, () =>
          text(fetch(base + path, { method: "POST", mode, headers, body, credentials: "include" })),
        );
    }
    attempts.push(
      later(`beacon ${path}`, (end) =>
        end(navigator.sendBeacon(base + path, new Blob([body], { type: "text/plain" }))),
      ),
    );
    attempts.push(
      later(`beacon json ${path}`, (end) =>
        end(navigator.sendBeacon(base + path, new Blob([body], { type: "application/json" }))),
      ),
    );
    for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      attempts.push(
        later(`form ${enctype} ${path}`, (end) => {
          const frame = document.createElement("iframe");
          const form = document.createElement("form");
          const field = document.createElement("input");
          frame.name = `to-${attempts.length}`;
          Object.assign(form, { method: "post", action: base + path, target: frame.name, enctype });
          Object.assign(field, { name: '{"data": "mnist", "x": "', value: '"}' });
          form.append(field);
          document.body.append(frame, form);
          form.submit();
          frame.onload = () => {
            try {
              end(frame.contentDocument?.documentElement.textContent ?? "closed");
            } catch (error) {
              end(`threw ${error.name}`);
            }
          };
        }),
      );
    }
  }
  for (const method of ["PUT", "DELETE", "PATCH", "HEAD"])
    attempt(`${method} /api/runs/one`, () => text(fetch(`${base}/api/runs/one`, { method })));
  for (const path of reads) {
    for (const [tag, name] of [
      ["img", "src"],
      ["script", "src"],
      ["iframe", "src"],
      ["embed", "src"],
      ["object", "data"],
      ["video", "src"],
      ["link", "href"],
    ]) {
      attempts.push(
        later(`${tag} ${path}`, (end) => {
          const one = document.createElement(tag);
          if (tag === "link") one.rel = "stylesheet";
          one.onerror = () => end("refused");
          one.onload = () => {
            let seen = "loaded";
            try {
              seen += one.contentDocument?.documentElement.textContent ?? "";
            } catch (error) {
              seen += ` threw ${error.name}`;
            }
            end(tag === "img" ? `picture ${one.naturalWidth}` : seen);
          };
          one[name] = base + path;
          document.body.append(one);
        }),
      );
    }
    attempt(`module ${path}`, () => import(base + path).then((found) => `module ${Object.keys(found)}`));
    attempts.push(
      later(`worker ${path}`, (end) => {
        const one = new Worker(base + path);
        one.onerror = () => end("refused");
        one.onmessage = (event) => end(event.data);
      }),
    );
  }
  for (const path of ["/api/events", "/api/runs/one/events"]) {
    attempts.push(
      later(`events ${path}`, (end) => {
        const one = new EventSource(base + path, { withCredentials: true });
        one.onmessage = (event) => end(event.data);
        one.addEventListener("runs", (event) => end(event.data));
        one.onerror = () => {
          one.close();
          end("refused");
        };
      }),
    );
    attempts.push(
      later(`socket ${path}`, (end) => {
        const one = new WebSocket(base.replace("http", "ws") + path);
        one.onopen = () => end("open");
        one.onmessage = (event) => end(event.data);
        one.onerror = () => end("refused");
      }),
    );
  }
  attempts.push(
    later("window", (end) => {
      const one = window.open(`${base}/`);
      setTimeout(() => {
        let seen;
        try {
          seen = one ? one.document.documentElement.textContent : "blocked";
        } catch (error) {
          seen = `threw ${error.name}`;
        }
        one?.close();
        end(seen);
      }, 2000);
    }),
  );
  const next = async () => {
    for (let one = attempts.shift(); one; one = attempts.shift()) await one();
  };
  await Promise.all(Array.from({ length: 10 }, next)); // a browser asks six at a time
  return got;
};

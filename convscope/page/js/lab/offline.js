/** The static site on a web host: it can be installed, works without a network, and says when a newer one is there. */

import { button, make } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */

/** Let the worker keep the site; from file://, within a frame and in the served lab there is none. @param {Lab} lab */
export function keepOffline(lab) {
  const { doc, win, payload } = lab;
  if (!payload.offline || !/^https?:$/.test(win.location.protocol) || win.parent !== win) return;
  doc.head.append(make(doc, "link", { rel: "manifest", href: payload.offline.manifest }));
  const { serviceWorker } = win.navigator;
  if (!serviceWorker) return; // plain http, but for this machine
  const knew = Boolean(serviceWorker.controller);
  let loading = false;
  serviceWorker.addEventListener("controllerchange", () => {
    if (!knew || loading) return;
    loading = true;
    win.location.reload();
  });
  const watch = (/** @type {ServiceWorkerRegistration} */ known) => {
    known.waiting?.postMessage("begin");
    known.addEventListener("updatefound", () => {
      const coming = known.installing;
      coming?.addEventListener("statechange", () => {
        if (coming.state === "installed" && serviceWorker.controller) offer(coming);
      });
    });
  };
  const offer = (/** @type {ServiceWorker} */ coming) => {
    const load = button(doc, lab.t("offline.load"), () => coming.postMessage("load"), { class: "button primary" });
    doc.body.append(make(doc, "div", { class: "newer", role: "status" }, lab.t("offline.newer"), " ", load));
  };
  // where the host cannot answer, the site goes on with what it has
  serviceWorker.register(payload.offline.worker, { updateViaCache: "none" }).then(watch, () => {});
}

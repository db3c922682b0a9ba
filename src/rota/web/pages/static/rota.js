// Keeps a page up to date: fetches it again when the server tells of news, and changes in place
// what has changed. Without it the pages are the same, as of when they were loaded.
"use strict";
(() => {
  const QUIET_MS = 1000; // at most one fetch a second
  const POLL_MS = 10000; // where there are no events
  const CALM_MS = 30000; // for relative times, where there are
  const body = document.body;
  const shown = body.dataset.tasks;
  let wanted = false;
  let busy = false;
  let last = 0;
  let cost = 0;
  let timer = 0;
  let live = false;

  function say(text) {
    const place = document.getElementById("live");
    if (place && place.textContent !== text) place.textContent = text;
  }

  // Makes `old` equal to `fresh`, and keeps what is the same, so that focus, selection, and what
  // is open or scrolled stay.
  function patch(old, fresh) {
    if (old.isEqualNode(fresh) || old.nodeName === "FORM") return;
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !kept(old, name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !kept(old, name)) old.setAttribute(name, value);
    }
    const byId = new Map();
    for (const child of old.children) if (child.id) byId.set(child.id, child);
    let at = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      let mine = node.id ? byId.get(node.id) : at;
      if (mine && !node.id && (mine.nodeType !== node.nodeType || mine.nodeName !== node.nodeName || mine.id)) mine = null;
      if (!mine) {
        old.insertBefore(document.importNode(node, true), at);
        continue;
      }
      if (mine === at) at = at.nextSibling;
      else old.insertBefore(mine, at);
      if (mine.nodeType === Node.ELEMENT_NODE) patch(mine, node);
      else if (mine.nodeValue !== node.nodeValue) mine.nodeValue = node.nodeValue;
    }
    while (at) {
      const next = at.nextSibling;
      if (!(at.classList && at.classList.contains("added"))) at.remove();
      at = next;
    }
  }

  // What the reader of the page decided, and not the server.
  function kept(element, name) {
    return (element.nodeName === "DETAILS" && name === "open") || name === "data-copy";
  }

  async function refresh() {
    timer = 0;
    if (busy || document.hidden) return;
    wanted = false;
    busy = true;
    const began = performance.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = fresh.title;
      for (const id of ["main", "as-of"]) {
        const mine = document.getElementById(id);
        const theirs = fresh.getElementById(id);
        if (mine && theirs) patch(mine, theirs);
      }
      decorate();
      say(live ? "live" : "every 10 s");
    } catch {
      say("not reachable, trying again");
    } finally {
      busy = false;
      last = performance.now();
      cost = last - began;
      if (wanted) soon();
    }
  }

  // A server that takes long is asked less often.
  function soon() {
    wanted = true;
    if (timer || busy) return;
    const pause = Math.max(QUIET_MS, 5 * cost);
    timer = setTimeout(refresh, Math.max(0, last + pause - performance.now()));
  }

  function listen() {
    const source = new EventSource(body.dataset.events);
    source.addEventListener("open", () => { live = true; say("live"); soon(); });
    source.addEventListener("error", () => { live = false; say("every 10 s"); });
    source.addEventListener("tasks", (event) => {
      let names = null;
      try { names = JSON.parse(event.data).tasks; } catch { /* whatever it was, look */ }
      if (shown === "*" || !Array.isArray(names) || names.includes(shown)) soon();
    });
    source.addEventListener("reset", soon);
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => { if (event.persisted) { source.close(); listen(); } });
  }

  function decorate() {
    for (const command of document.querySelectorAll(".command:not([data-copy])")) {
      command.dataset.copy = "";
      if (!navigator.clipboard) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "added";
      button.textContent = "copy";
      button.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(command.querySelector("code").textContent); button.textContent = "copied"; }
        catch { button.textContent = "not allowed"; }
        setTimeout(() => { button.textContent = "copy"; }, 2000);
      });
      command.append(button);
    }
  }

  // In a long row of marks the arrow keys go from one to the next.
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest && event.target.closest("[data-arrows] a");
    const step = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[event.key];
    if (!cell || !step || !cell[step]) return;
    event.preventDefault();
    cell[step].focus();
  });

  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  setInterval(() => { if (!live || performance.now() - last > CALM_MS) soon(); }, POLL_MS);
  last = performance.now();
  decorate();
  if (window.EventSource) listen();
})();

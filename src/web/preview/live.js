// Shows the page anew when it has changed, and what stands in the way of building it.
(() => {
  const script = document.currentScript;
  const shown = script.dataset.etag || "";
  const events = new EventSource(script.dataset.events + "?" + location.pathname);
  let files = null;
  let box = null;

  const complain = (errors) => {
    if (box) box.remove();
    box = null;
    if (!errors.length) return;
    box = document.createElement("div");
    const root = box.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = `
      :host { all: initial; }
      section { position: fixed; inset: auto 0 0 0; max-height: 60vh; overflow: auto; z-index: 2147483647;
        box-sizing: border-box; padding: 1rem 1.25rem; background: #2b1416; color: #fff3f0;
        border-top: 3px solid #ff7b6b; font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace; }
      p { margin: 0 0 .35rem; white-space: pre-wrap; overflow-wrap: anywhere; }
      .help { color: #ffd9a8; margin-bottom: .9rem; }
      .note { color: #d9b9b4; margin: .75rem 0 0; font-family: system-ui, sans-serif; }
      button { float: inline-end; font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 4px; }`;
    const section = document.createElement("section");
    section.setAttribute("role", "alert");
    const line = (text, kind) => {
      const p = document.createElement("p");
      p.textContent = text;
      if (kind) p.className = kind;
      section.append(p);
    };
    const close = document.createElement("button");
    close.textContent = "Hide";
    close.onclick = () => complain([]);
    section.append(close);
    for (const error of errors) {
      line(error.message);
      for (const cause of error.causes) line("cause: " + cause);
      line(error.help ? "help: " + error.help : "", "help");
    }
    line(shown ? "What you see is the last build that went well." : "Nothing has been built yet.", "note");
    root.append(style, section);
    document.documentElement.append(box);
  };

  const renew = async () => {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if ((answer.headers.get("etag") || "") !== shown) location.reload();
  };

  events.onmessage = (event) => {
    const state = JSON.parse(event.data);
    if (files !== null && state.files !== files) return location.reload();
    files = state.files;
    complain(state.errors);
    if (!state.errors.length) renew().catch(() => {});
  };
  addEventListener("pagehide", () => events.close());
})();

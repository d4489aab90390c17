// Searches the publication by files that lie beside this page: index.txt says where the files in terms/ begin,
// those say which posts have a term, and posts/ says what to show of them. Nothing is sent anywhere.
"use strict";
(() => {
  const form = document.getElementById("search");
  const field = document.getElementById("query");
  const found = document.getElementById("found");
  const list = document.getElementById("results");
  const more = document.getElementById("more");
  const PAGE = 20;
  const MAX_FILES = 8;
  const WIDE = /[\u3005-\u3007\u3041-\u3096\u30a1-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
  const LETTER = /[\p{Alphabetic}\p{N}]/u;
  const files = new Map();

  const load = (path) => {
    if (!files.has(path)) {
      files.set(path, fetch(path).then((reply) => {
        if (!reply.ok) throw new Error(path);
        return reply.text();
      }));
    }
    return files.get(path);
  };

  // Octets decide the order of terms in the files, and so does the order of code points here.
  const compare = (a, b) => {
    const [left, right] = [[...a], [...b]];
    for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
      const difference = left[at].codePointAt(0) - right[at].codePointAt(0);
      if (difference) return difference;
    }
    return left.length - right.length;
  };

  // Words and pairs of a query, folded as those of the posts are.
  const terms = (query) => {
    const folded = [...query].map((c) => {
      if (WIDE.test(c)) return c;
      const bare = c.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
      return [...bare].map((c) => (LETTER.test(c) ? c : " ")).join("");
    }).join("");
    const all = [];
    for (const word of folded.split(" ")) {
      for (const run of word.match(new RegExp(`${WIDE.source}+|(?:(?!${WIDE.source}).)+`, "gu")) || []) {
        const letters = [...run];
        if (!WIDE.test(letters[0])) {
          if (run.length > 1) all.push({ text: run, prefix: true });
        } else if (letters.length === 1) {
          all.push({ text: run, prefix: true });
        } else {
          for (let at = 0; at + 1 < letters.length; at += 1) all.push({ text: letters[at] + letters[at + 1] });
        }
      }
    }
    return all;
  };

  const readIndex = async () => {
    const [head, ...lines] = (await load("index.txt")).trimEnd().split("\n");
    const [posts, perFile] = head.split(" ").map(Number);
    return { posts, perFile, starts: lines.map((line) => line.split(" ")) };
  };

  // The files that may hold `term`, or terms that begin with it.
  const filesOf = (term, starts) => {
    const last = term.prefix ? `${term.text}\u{10ffff}` : term.text;
    const before = (text) => {
      let [low, high] = [0, starts.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (compare(starts[middle][0], text) <= 0) low = middle + 1; else high = middle;
      }
      return Math.max(low - 1, 0);
    };
    return starts.slice(before(term.text), before(last) + 1).slice(0, MAX_FILES).map(([, name]) => `terms/${name}.txt`);
  };

  // The posts that have `term`, with how well it fits; null where nearly all have it.
  const postsOf = async (term, index) => {
    const scores = new Map();
    for (const text of await Promise.all(filesOf(term, index.starts).map(load))) {
      for (const line of text.split("\n")) {
        if (!line.startsWith(term.text)) continue;
        const word = line.split(/[ !]/, 1)[0];
        const exact = word === term.text;
        if (!exact && !term.prefix) continue;
        if (line.endsWith(" *")) {
          if (exact) return null;
          continue;
        }
        let post = 0;
        for (const [, mark, step] of line.slice(word.length).matchAll(/([ !])([0-9a-z]+)/g)) {
          post += parseInt(step, 36);
          const score = (exact ? 2 : 1) * (mark === "!" ? 5 : 1);
          scores.set(post, Math.max(scores.get(post) || 0, score));
        }
      }
    }
    return scores;
  };

  const search = async (query) => {
    const [index, wanted] = [await readIndex(), terms(query)];
    let hits = null;
    for (const scores of await Promise.all(wanted.map((term) => postsOf(term, index)))) {
      if (scores === null) continue;
      const rarity = Math.log(1 + index.posts / (scores.size || 1));
      const both = new Map();
      for (const [post, score] of scores) {
        if (hits === null || hits.has(post)) both.set(post, ((hits && hits.get(post)) || 0) + score * rarity);
      }
      hits = both;
    }
    const order = [...(hits || [])].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
    return { index, posts: order.map(([post]) => post) };
  };

  const element = (name, text, lang) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (lang) Object.assign(made, { lang, dir: "auto" });
    return made;
  };

  const show = async ({ index, posts }, from) => {
    const shown = posts.slice(from, from + PAGE);
    const rows = await Promise.all(shown.map(async (post) => {
      const file = JSON.parse(await load(`posts/${Math.floor(post / index.perFile)}.json`));
      return file[post % index.perFile];
    }));
    for (const [url, title, lang, date, summary] of rows) {
      const item = document.createElement("li");
      const heading = element("h2", "", lang);
      const link = element("a", title);
      link.href = url;
      link.hreflang = lang;
      heading.append(link);
      item.append(heading, element("p", summary, lang), element("p", date));
      item.children[1].className = "summary";
      item.lastChild.className = "facts";
      list.append(item);
    }
    more.hidden = from + PAGE >= posts.length;
    more.onclick = () => show({ index, posts }, from + PAGE);
  };

  let turn = 0;
  const run = async () => {
    const query = field.value.trim();
    const own = (turn += 1);
    try {
      const result = query ? await search(query) : { posts: [] };
      if (own !== turn) return;
      list.replaceChildren();
      more.hidden = true;
      found.textContent = query ? (result.posts.length ? `${form.dataset.found} ${result.posts.length}` : form.dataset.none) : "";
      if (result.posts.length) await show(result, 0);
    } catch {
      found.textContent = form.dataset.failed;
    }
  };

  field.value = new URLSearchParams(location.search).get("q") || "";
  let wait = 0;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(run, 150);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", field.value ? `?q=${encodeURIComponent(field.value)}` : location.pathname);
    run();
  });
  run();
})();

// Keeps the page up to date: loads it again every second, and replaces the parts that differ.
"use strict";

const SECOND = 1000;

/** Makes an element like a fresh one. What a person has opened, focused or loaded stays. */
function become(element, fresh) {
  if ("kept" in element.dataset) return;
  for (const { name } of [...element.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  const wanted = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...element.children]) if (!wanted.has(child.id)) child.remove();
  const known = new Map([...element.children].map((child) => [child.id, child]));
  let place = element.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = child.id ? known.get(child.id) : alike(place, child) ? place : undefined;
    if (!match) {
      if (child instanceof Element) child.dataset.new = "";
      element.insertBefore(child, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else element.insertBefore(match, place);
    if (match instanceof Element) become(match, child);
    else if (match.data !== child.data) match.data = child.data;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** Returns whether a node without an id can become the other. */
function alike(node, other) {
  return node && !node.id && node.nodeName === other.nodeName;
}

function bodyOf(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

let shown = "";

/** Shows the present state, if it differs from the one that is shown. */
async function refresh() {
  const answer = await fetch("/", { headers: { "If-None-Match": shown } });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(answer.statusText);
  become(document.body, bodyOf(await answer.text()));
  shown = answer.headers.get("ETag");
}

/** Loads what the endpoints answer, each time that a person opens it. */
async function load(details) {
  const place = details.querySelector("[data-kept]");
  place.replaceChildren("Asking the endpoint …");
  try {
    const answer = await fetch(details.dataset.load);
    place.replaceChildren(...bodyOf(await answer.text()).childNodes);
  } catch {
    place.replaceChildren("The portal does not answer.");
  }
}

function tell(state, live) {
  const liveness = document.getElementById("liveness");
  if (liveness.textContent !== state) liveness.textContent = state;
  liveness.dataset.live = live;
}

/** Refreshes the page once a second while it is visible, for a tenth of the time at most. */
async function follow() {
  const start = performance.now();
  if (!document.hidden) {
    try {
      await refresh();
      tell("Live", true);
    } catch {
      tell("The portal does not answer. This is what it held last.", false);
    }
  }
  setTimeout(follow, Math.max(SECOND, 9 * (performance.now() - start)));
}

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.open && target.dataset.load) load(target);
  },
  true,
);
follow();

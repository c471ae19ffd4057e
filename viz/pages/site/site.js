// The page: starts Python in a worker, hands it what is typed and shows what it answers.

import { $, make } from "../shared/dom.js";
import { terminal } from "./terminal.js";

const FILES = JSON.parse($("files").textContent); // name → where it lies; "" if it stands in this page
const TYPES = { html: "text/html", js: "text/javascript", svg: "image/svg+xml" };
const MOST = 6; // things that stay shown
const places = /** @type {Map<string, string>} */ (new Map()); // what was opened → where the page holds it
let worker = /** @type {Worker | null} */ (null);

const talk = terminal(
  (line) => ask({ line }),
  (address) => places.get(address),
);

/** Returns a content's address within this page. @param {BlobPart} content @param {string} name */
const held = (content, name) => {
  const kind = /** @type {keyof TYPES} */ (name.split(".").pop() ?? "");
  return URL.createObjectURL(new Blob([content], { type: TYPES[kind] ?? "application/octet-stream" }));
};

/** Returns where a file is to be had, or what it holds if it stands in this page. @param {string} name */
async function file(name) {
  if (FILES[name]) return new URL(FILES[name], location.href).href;
  const packed = await fetch(`data:;base64,${$(`file:${name}`).textContent}`);
  const stream = /** @type {ReadableStream} */ (packed.body).pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Returns where a file is to be had. @param {string} name */
async function place(name) {
  const found = await file(name);
  return typeof found === "string" ? found : held(found, name);
}

async function begin() {
  worker?.terminate();
  talk.clear();
  talk.wait("");
  $("run").disabled = true;
  state("Python is starting…");
  const names = Object.keys(FILES).filter((name) => !/\.(html|js)$/.test(name));
  const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await file(name)])));
  worker = new Worker(await place("worker.js"));
  worker.onmessage = ({ data }) => answer(data);
  worker.onerror = (event) => failed(event.message);
  worker.postMessage({ files, columns: talk.columns() });
}

/** @param {{ line?: string, code?: string }} what */
function ask(what) {
  talk.wait("");
  $("run").disabled = true;
  state("Python is at work…");
  worker?.postMessage({ ...what, columns: talk.columns() });
}

/** @param {any} data */
function answer({ said, prompt, kind, name, content, address, failed: why }) {
  if (said !== undefined) talk.say(said);
  if (kind) show(kind, name, content, address);
  if (why !== undefined) failed(why);
  if (prompt === undefined) return;
  talk.wait(prompt);
  $("run").disabled = !prompt;
  state(prompt ? "" : "You have left the session: Start again begins anew.");
}

/** @param {string} why */
function failed(why) {
  talk.say(`\n${why}\n`);
  state("Python has stopped: Start again begins anew.");
}

const state = (/** @type {string} */ words) => $("state").replaceChildren(words);

/** Shows a picture or a page beside the session. @param {"picture" | "page"} kind @param {string} name
 * @param {string} content @param {string} address */
function show(kind, name, content, address) {
  const picture = kind === "picture";
  const at = held(content, picture ? ".svg" : ".html");
  const url = address ? `${at}#${address}` : at;
  const title = name.startsWith("file://") ? "The page of this moment" : name;
  places.set(name, url);
  const view = picture ? make("img", { src: url, alt: name }) : make("iframe", { src: url, title });
  const link = make("a", { href: url, target: "_blank" }, "open it in a tab of its own");
  $("shown").prepend(make("figure", { class: "card" }, make("figcaption", {}, title, " · ", link), view));
  while ($("shown").childElementCount > MOST) $("shown").lastElementChild.remove();
  $("shown").firstElementChild.scrollIntoView({ block: "nearest" });
}

for (const button of document.querySelectorAll("#keys button"))
  button.addEventListener("click", () => talk.type(button.textContent ?? ""));
$("code").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("run").click();
});
$("run").addEventListener("click", () => {
  talk.echo("", "— your code —");
  ask({ code: $("code").value });
});
$("again").addEventListener("click", begin);
for (const link of document.querySelectorAll("nav a"))
  place(link.getAttribute("href") ?? "").then((url) => link.setAttribute("href", url));
begin();

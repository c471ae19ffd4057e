// Python beside the page: starts Pyodide from the files that the page names, and hands it line after line, in order.

/** @typedef {{ urls: Record<string, string>, columns: number }} Start */
/** @typedef {{ line?: string, code?: string, columns: number }} Asked */
const scope = /** @type {any} */ (globalThis); // the worker's own scope, which TypeScript takes for a window's
const post = (/** @type {any} */ message) => scope.postMessage(message);
const own = scope.fetch.bind(scope);
const WASM = { headers: { "content-type": "application/wasm" } };
let interpreter = /** @type {any} */ (null);
let graphviz = /** @type {any} */ (null);
let turn = Promise.resolve();

/** Starts Python, and the session in it. @param {Start} start */
async function begin({ urls, columns }) {
  // Pyodide asks for its files by their names in one folder: they are where the page says, and nowhere else
  scope.fetch = async (/** @type {any} */ what) => {
    const name = String(what).split("/").pop() ?? "";
    if (!(name in urls)) throw new Error(`there is no ${name} here, and nothing is fetched from elsewhere`);
    const response = await own(urls[name]);
    return name.endsWith(".wasm") ? new Response(response.body, WASM) : response;
  };
  await import(urls["pyodide.asm.js"]);
  const { loadPyodide } = await import(urls["pyodide.mjs"]);
  const library = scope.fetch("library.zip").then((/** @type {Response} */ response) => response.arrayBuffer());
  const python = await loadPyodide({ indexURL: "python/", env: { COLUMNS: String(columns), HOME: "/home/you" } });
  for (const stream of ["setStdout", "setStderr"]) {
    const letters = new TextDecoder(); // of each stream its own: a letter may come in two parts
    const write = (/** @type {Uint8Array} */ bytes) => {
      post({ said: letters.decode(bytes, { stream: true }) });
      return bytes.length;
    };
    python[stream]({ write });
  }
  python.setStdin({ stdin: () => null, isatty: true }); // somebody types, but nothing can wait for a line
  python.FS.writeFile("/lib/library.zip", new Uint8Array(await library));
  python.runPython("import sys; sys.path.insert(0, '/lib/library.zip')");
  const show = (/** @type {string[]} */ ...[kind, name, content, address]) => post({ kind, name, content, address });
  const render = (/** @type {string} */ dot, /** @type {string} */ engine) =>
    graphviz.renderString(dot, { format: "svg", engine });
  interpreter = python.pyimport("viz.pages.site.interpreter").Interpreter(show, render);
  post({ prompt: interpreter.begin() });
  graphviz = await (await import(urls["viz.js"])).instance(); // while the greeting is read
}

/** Does a line or a program. @param {Asked} asked */
function answer({ line, code, columns }) {
  post({ prompt: line === undefined ? interpreter.run(code, columns) : interpreter.feed(line, columns) });
}

scope.onmessage = (/** @type {MessageEvent} */ { data }) => {
  turn = turn.then(() => (data.urls ? begin(data) : answer(data))).catch((error) => post({ failed: String(error) }));
};

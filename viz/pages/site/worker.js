// Python beside the page: starts Pyodide from the files that the page names, and hands it line after line, in order.

/** @typedef {{ files: Record<string, string | ArrayBuffer>, columns: number }} Start */
/** @typedef {{ line?: string, code?: string, columns: number }} Asked */
const scope = /** @type {any} */ (globalThis); // the worker's own scope, which TypeScript takes for a window's
const post = (/** @type {any} */ message) => scope.postMessage(message);
const own = scope.fetch.bind(scope);
const NOWHERE = "https://nowhere.invalid/"; // Pyodide wants an address, and is given what it asks for there
const WASM = { headers: { "content-type": "application/wasm" } };
let interpreter = /** @type {any} */ (null);
let graphviz = /** @type {any} */ (null);
let turn = Promise.resolve();

/** Starts Python, and the session in it. @param {Start} start */
async function begin({ files, columns }) {
  // Pyodide asks for its files by their names in one folder: they are what the page gave, and nothing else
  scope.fetch = async (/** @type {any} */ what) => {
    const name = String(what).split("/").pop() ?? "";
    const held = files[name];
    if (!held) throw new Error(`there is no ${name} here, and nothing is fetched from elsewhere`);
    const content = typeof held === "string" ? (await own(held)).body : held;
    return new Response(content, name.endsWith(".wasm") ? WASM : {});
  };
  const library = scope.fetch("library.zip").then((/** @type {Response} */ response) => response.arrayBuffer());
  const { createPyodideModule } = scope; // it stands above, in the same script
  const env = { COLUMNS: String(columns), HOME: "/home/you" };
  const python = await scope.loadPyodide({ createPyodideModule, indexURL: NOWHERE, env });
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
  graphviz = await scope.Viz.instance(); // while the greeting is read, and NumPy, where the distribution has it
  if (Object.keys(files).some((name) => name.startsWith("numpy-")))
    await python.loadPackage("numpy", { messageCallback: () => {} });
}

/** Does a line or a program. @param {Asked} asked */
function answer({ line, code, columns }) {
  post({ prompt: line === undefined ? interpreter.run(code, columns) : interpreter.feed(line, columns) });
}

scope.onmessage = (/** @type {MessageEvent} */ { data }) => {
  turn = turn.then(() => (data.files ? begin(data) : answer(data))).catch((error) => post({ failed: String(error) }));
};

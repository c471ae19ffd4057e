// Runs a program in Pyodide under Node, with folders at their places: node run.mjs PYODIDE PROGRAM.py /place=folder …
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, program, ...folders] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.resolve(pyodide, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: path.resolve(pyodide) + path.sep });
for (const [place, root] of folders.map((folder) => folder.split("="))) {
  python.FS.mkdirTree(place);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: path.resolve(root) }, place);
}
try {
  python.runPython(fs.readFileSync(program, "utf8"), { filename: program });
  process.exit(0);
} catch (error) {
  const { type, message } = /** @type {any} */ (error);
  if (type === "SystemExit") process.exit(Number(message.trim().split(" ").pop()) || 0);
  console.error(String(message ?? error));
  process.exit(1);
}

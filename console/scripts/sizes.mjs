// Holds the built console to its sizes, compressed as the server sends it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const FOLDER = join(import.meta.dirname, "../../assets/console");
/** In kilobytes of 1,000 bytes: a first page's script, all script, the style sheet. */
const FIRST_PAGE = 180;
const EVERYTHING = 260;
const STYLES = 10;

const files = readdirSync(FOLDER);
const packed = (name) => gzipSync(readFileSync(join(FOLDER, name)), { level: 9 }).length / 1000;
const text = (name) => readFileSync(join(FOLDER, name), "utf8");

/** The chunks that one needs before it runs. */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, other] of text(name).matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) withImports(other, seen);
  return seen;
}

const scripts = files.filter((name) => name.endsWith(".js"));
const sizes = new Map(scripts.map((name) => [name, packed(name)]));
const sum = (names) => [...names].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
const start = withImports("index.js");
const pages = scripts.filter((name) => !start.has(name));
const heaviest = Math.max(sum(start), ...pages.map((name) => sum(new Set([...start, ...withImports(name)]))));

const measured = [
  ["script of the heaviest first page", heaviest, FIRST_PAGE],
  ["script altogether", sum(scripts), EVERYTHING],
  [
    "style sheet",
    files.filter((name) => name.endsWith(".css")).reduce((total, name) => total + packed(name), 0),
    STYLES,
  ],
];
for (const [name, size] of sizes) console.log(`${name.padEnd(28)} ${size.toFixed(1)} KB`);
for (const [what, size, most] of measured) {
  console.log(`${what}: ${size.toFixed(1)} of ${most} KB`);
  if (size > most) process.exitCode = 1;
}

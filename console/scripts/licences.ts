import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** The package that a module of the bundle belongs to: its folder below the last `node_modules`. */
function packageOf(module: string): string | undefined {
  const at = module.lastIndexOf("/node_modules/");
  if (at < 0) return undefined;
  const [first = "", second = ""] = module.slice(at + "/node_modules/".length).split("/");
  return join(module.slice(0, at), "node_modules", first.startsWith("@") ? join(first, second) : first);
}

function notice(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}`;
}

/** Writes the notices of every bundled package beside the bundle, in an order that does not change. */
export function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const module of chunk.moduleIds) {
          const folder = packageOf(module.replaceAll("\\", "/").split("?")[0] ?? "");
          if (folder) folders.add(folder);
        }
      }
      const source = `${[...folders]
        .map(notice)
        .sort()
        .join(`\n\n${"-".repeat(78)}\n\n`)}\n`;
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source });
    },
  };
}

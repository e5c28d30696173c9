import { basename, dirname, resolve } from "node:path";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { licences } from "./scripts/licences.ts";

/** Where `npm run dev` finds a running `toss-recon demo`. */
const SERVER = process.env.SERVER ?? "http://127.0.0.1:8080";

/** What the server writes into the page, for the development server. */
function asServed(): Plugin {
  const server = JSON.stringify({ version: "dev", demo: true, signIn: ["token"], reasonLength: 200 });
  return {
    name: "as-served",
    apply: "serve",
    transformIndexHtml: (html) => html.replace("{{server}}", server.replaceAll('"', "&quot;")).replace("{{nonce}}", ""),
  };
}

export default defineConfig(({ command }) => ({
  // Built files lie beside each other below an address that only the server knows.
  base: command === "build" ? "./" : "/console/",
  plugins: [
    { ...optimizeLocales.vite({ locales: ["ko-KR", "en-US"] }), enforce: "pre" as const },
    react(),
    asServed(),
    licences(),
  ],
  build: {
    outDir: resolve(import.meta.dirname, "../assets/console"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        entryFileNames: "index.js",
        // A page is named for its folder.
        chunkFileNames: ({ name, facadeModuleId }) =>
          name === "page" ? `${basename(dirname(facadeModuleId ?? ""))}.js` : "[name].js",
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".css")) ? "console.css" : "[name][extname]",
      },
    },
  },
  // The server takes a sign-in from pages of its own address alone, so that the address stays as it was asked for.
  server: {
    proxy: Object.fromEntries(
      ["/graphql", "/session", "/reports"].map((path) => [path, { target: SERVER, changeOrigin: false }]),
    ),
  },
}));

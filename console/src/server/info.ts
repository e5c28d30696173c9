// What the server says of itself in the page that it sent.

export interface ServerInfo {
  version: string;
  /** A demo's page may take a token from its address. */
  demo: boolean;
  /** The longest reason of a cancel. */
  reasonLength: number;
}

function read(): ServerInfo {
  const said = document.querySelector('meta[name="server"]')?.getAttribute("content");
  const none: ServerInfo = { version: "", demo: false, reasonLength: 186 };
  try {
    return { ...none, ...JSON.parse(said ?? "{}") };
  } catch {
    return none;
  }
}

export const server: ServerInfo = read();

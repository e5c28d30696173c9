// The real program's demo, on a free port, and questions to its API as whoever has a token asks them.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const PROGRAM = process.env.TOSS_RECON ?? resolve(import.meta.dirname, "../../target/debug/toss-recon");
const LONGEST_START_MS = 120_000;

export class Demo {
  private constructor(
    private readonly child: ChildProcess,
    /** The console's address with the demo's own sign-in. */
    readonly signedIn: string,
    readonly origin: string,
    readonly viewer: string,
    readonly admin: string,
    readonly approver: string,
  ) {}

  static async start(): Promise<Demo> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: cargo build`);
    const child = spawn(PROGRAM, ["demo", "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
    const guide = await new Promise<string>((done, failed) => {
      let text = "";
      const late = setTimeout(() => failed(new Error(`the demo did not start: ${text}`)), LONGEST_START_MS);
      child.stderr?.on("data", (data) => {
        text += data;
        if (!text.includes("second admin") || !text.includes("The simulated Toss itself")) return;
        clearTimeout(late);
        done(text);
      });
      child.on("exit", (code) => failed(new Error(`the demo ended with ${code}: ${text}`)));
    });
    const word = (label: string) => new RegExp(`${label} +(\\S+)`).exec(guide)?.[1] ?? "";
    const signedIn = word("open");
    return new Demo(
      child,
      signedIn,
      new URL(signedIn).origin,
      word("viewer token"),
      word("admin token"),
      word("second admin"),
    );
  }

  stop(): void {
    this.child.removeAllListeners("exit");
    this.child.kill("SIGTERM");
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers differ from question to question
  async ask(query: string, variables: object = {}, token = this.viewer): Promise<any> {
    const response = await fetch(`${this.origin}/graphql`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json();
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }

  /** The payment key of an order, as it is stored. */
  async key(orderId: string): Promise<string> {
    const query =
      "query ($orderId: String!) { payment(by: {orderId: $orderId}, maxAgeSeconds: 2147483647) { paymentKey } }";
    return (await this.ask(query, { orderId })).payment.paymentKey;
  }
}

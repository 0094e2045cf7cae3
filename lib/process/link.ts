/**
 * A connection between two processes that sends one line of JSON after the other.
 *
 * @module
 */

import { linesOf } from "./lines.ts";

/** What is sent over a link. */
export type Line =
  | {
    /** Who is there, and what it means to do. */
    readonly kind: "hello";
    readonly rank: number;
    readonly addresses: readonly string[];
    readonly facts: Readonly<Record<string, string | null>>;
  }
  | {
    /** All are there. */
    readonly kind: "welcome";
  }
  | {
    /** Why nothing comes of it. */
    readonly kind: "refused";
    readonly words: string;
  }
  | {
    /** Anything else, as plain data. */
    readonly kind: "data";
    readonly value: unknown;
  }
  | {
    /** What rank 0 is to tell the user. */
    readonly kind: "note";
    readonly words: string;
  }
  | {
    /** A process ends. */
    readonly kind: "end";
    readonly rank: number;
    readonly words?: string | undefined;
    readonly isStop: boolean;
    readonly isDone: boolean;
  };

/** A connection. */
export interface Link {
  /** Sends a line. */
  send(line: Line): Promise<void>;
  /** The next line; `undefined` when the connection is closed, or sends what is no line of ours. */
  next(): Promise<Line | undefined>;
  /** Closes the connection. */
  close(): void;
}

const kinds = ["hello", "welcome", "refused", "data", "note", "end"];

/**
 * Sends and reads lines over a connection.
 *
 * @param connection The connection; the link closes it.
 * @returns The link.
 */
export function openLink(connection: Deno.TcpConn): Link {
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
  const lines = linesOf(connection.readable);
  const writer = connection.writable.getWriter();
  const encoder = new TextEncoder();
  return {
    send: (line) => writer.write(encoder.encode(`${JSON.stringify(line)}\n`)),
    async next() {
      try {
        const { value, done } = await lines.next();
        return done ? undefined : readLine(value);
      } catch {
        return undefined;
      }
    },
    close() {
      try {
        connection.close();
      } catch {
        // It is closed already.
      }
    },
  };
}

function readLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text);
    return kinds.includes(line?.kind) ? line : undefined;
  } catch {
    return undefined;
  }
}

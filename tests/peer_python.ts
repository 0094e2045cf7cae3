/**
 * The Python with PyTorch that some tests compare with.
 *
 * @module
 */
import { hasPeer } from "../lib/setup/peer.ts";
import { projectRoot, venvFolder } from "../lib/setup/project.ts";

/**
 * Path of a Python that has PyTorch: what `GLMC_PYTHON_PEER` names, else that of the project if
 * `deno task bench --peer` has installed it there; `undefined` if there is none.
 */
export const peerPython: string | undefined = Deno.env.get("GLMC_PYTHON_PEER") ||
  (hasPeer() ? `${venvFolder(projectRoot)}/bin/python` : undefined);

/** Runs a Python program that has to succeed. */
export async function runPeer(program: URL, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(peerPython!, {
    args: [program.pathname, ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

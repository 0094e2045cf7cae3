/**
 * A JupyterLab for one test: on a free port, with settings and notebooks of its own.
 *
 * @module
 */
import { startLab } from "../../lib/cli/lab.ts";
import { projectRoot } from "../../lib/setup/project.ts";

/** A running JupyterLab that ends with its block. */
export interface LabServer extends AsyncDisposable {
  /** Address at which a copy of a notebook opens. */
  open(notebook: string): string;
}

/** Starts JupyterLab with copies of some notebooks, in smoke mode. */
export async function startLabServer(notebooks: readonly string[]): Promise<LabServer> {
  // Inside the project, so that the kernel finds deno.json; copies, since JupyterLab saves by itself.
  await Deno.mkdir(`${projectRoot}/data/cache`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${projectRoot}/data/cache`, prefix: "lab-" });
  for (const notebook of notebooks) {
    await Deno.copyFile(notebook, `${folder}/${notebook.split("/").at(-1)}`);
  }
  // All cells are on the page, not only those in sight.
  const settings = `${folder}/settings/@jupyterlab/notebook-extension`;
  await Deno.mkdir(settings, { recursive: true });
  await Deno.writeTextFile(`${settings}/tracker.jupyterlab-settings`, '{"windowingMode":"none"}');

  const port = freePort();
  const token = crypto.randomUUID();
  const lab = startLab({
    port,
    browser: false,
    args: [`--IdentityProvider.token=${token}`, "--ServerApp.port_retries=0"],
    env: {
      GLMC_NOTEBOOKS: "smoke",
      JUPYTER_CONFIG_DIR: `${folder}/config`,
      JUPYTERLAB_SETTINGS_DIR: `${folder}/settings`,
      JUPYTERLAB_WORKSPACES_DIR: `${folder}/workspaces`,
    },
    output: "null",
  });
  const address = `http://127.0.0.1:${port}`;
  await waitFor(`${address}/api?token=${token}`);
  return {
    open: (notebook) => {
      const path = `${folder}/${notebook.split("/").at(-1)}`.replace(`${projectRoot}/`, "");
      return `${address}/lab/tree/${path}?token=${token}`;
    },
    async [Symbol.asyncDispose]() {
      lab.kill("SIGTERM");
      await lab.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function waitFor(address: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const isUp = await fetch(address).then(async (response) => {
      await response.body?.cancel();
      return response.ok;
    }).catch(() => false);
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`JupyterLab does not answer at ${address}`);
}

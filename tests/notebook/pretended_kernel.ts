/**
 * A notebook in memory that keeps what is displayed.
 *
 * @module
 */

/** An output on the pretended page. */
export interface PageOutput {
  /** Its name, if it has one. */
  readonly id?: string;
  /** The last state of it, by MIME type. */
  bundle: Readonly<Record<string, unknown>>;
  /** How often it was replaced. */
  updates: number;
}

/**
 * Runs some work in a pretended notebook.
 *
 * @param work What to run.
 * @returns The outputs on the page, in order.
 */
export async function inPretendedNotebook(work: () => Promise<unknown>): Promise<PageOutput[]> {
  const page: PageOutput[] = [];
  const display = (
    bundle: PageOutput["bundle"],
    options: { display_id?: string; update?: boolean },
  ): Promise<void> => {
    const id = options.display_id;
    const shown = page.find((output) => id !== undefined && output.id === id);
    // As in a real notebook: an update of something that is not there is lost.
    if (options.update && shown) Object.assign(shown, { bundle, updates: shown.updates + 1 });
    if (!options.update) page.push({ ...(id !== undefined && { id }), bundle, updates: 0 });
    return Promise.resolve();
  };
  const runtime = Deno as unknown as { jupyter: { display: typeof display } | undefined };
  runtime.jupyter = { display };
  try {
    await work();
  } finally {
    runtime.jupyter = undefined;
  }
  return page;
}

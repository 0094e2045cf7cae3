/**
 * What each stage on the way from an image file to a view takes.
 *
 * @module
 */

import process from "node:process";
import { readPicture } from "../data/picture_files.ts";
import { randomStream } from "../data/random.ts";
import { drawAugmentation } from "../images/augment/draw.ts";
import { imageNetRecipe as recipe } from "../images/augment/recipe.ts";
import { normalise } from "../images/normalise.ts";
import { makeFileViews, type WantedView } from "../images/pictures/file_views.ts";
import { largeImageGate } from "../images/pictures/large_image_gate.ts";
import { openImage, type ViewChange } from "../images/pictures/make_view.ts";
import { plannedChange, plannedFrame } from "../images/pictures/task.ts";
import { bytesAsFloats, uint8Tensor } from "../ops/gather.ts";
import type { Binding } from "../tensor/binding.ts";
import { bytesRunner } from "../tensor/bytes_operation.ts";
import type { Engine } from "../tensor/engine.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { filesInStep, measuredSize, viewsInStep } from "./image_variants.ts";

/** Stages in their order; `torchvision_views.py --stages` has the same. */
export const imageStages = [
  "read and decode",
  "cut and scale",
  "colours",
  "blur, of every second",
  "mirror",
  "normalise",
] as const;

/** Milliseconds of one core for a view. */
export type StageCosts = Readonly<Record<typeof imageStages[number], number>>;

const standardRounds = 15;

/**
 * Measures the stages in this thread, two views of each file.
 *
 * @param engine The engine.
 * @param folder Folder with `0.jpg` and so on.
 * @param rounds How often each is measured.
 * @returns The least of some rounds for each stage; mirroring is part of the scaling and costs nothing.
 */
export async function measureImageStages(
  engine: Engine,
  folder: string,
  rounds: number = standardRounds,
): Promise<StageCosts> {
  const { contextAddress } = (tf.backend() as unknown as { readonly binding: Binding }).binding;
  const runner = bytesRunner(contextAddress);
  const { side } = recipe;
  const plan = drawAugmentation(randomStream(0, "augment", 0), viewsInStep, recipe);
  const { height, width } = measuredSize;
  const blank = openImage({ height, width, copyInto: (target) => target.fill(100) });
  const gate = largeImageGate(new SharedArrayBuffer(4));

  async function views(file: number): Promise<void> {
    const wanted = [2 * file, 2 * file + 1].map((view): WantedView => ({
      frame: (size) => plannedFrame(size, view, { plan, recipe }),
      take: () => {},
    }));
    const bytes = await readPicture(folder, `${file}.jpg`);
    await makeFileViews(bytes, { name: `${file}.jpg`, side, views: wanted, runner, gate });
  }
  const viewing = (changeOf: (view: number) => ViewChange | undefined) => (): void => {
    for (let view = 0; view < viewsInStep; view++) {
      const change = changeOf(view);
      blank(plannedFrame(measuredSize, view, { plan, recipe }), {
        side,
        ...(change && { change }),
      });
    }
  };
  using normaliser = openNormaliser(engine);
  const { decoded, scaled, sharp, all, normalised } = await leastCosts(rounds, {
    decoded: async () => {
      for (let file = 0; file < filesInStep; file++) await views(file);
    },
    scaled: viewing(() => undefined),
    sharp: viewing((view) => ({ ...plannedChange(plan, view), sigma: 0 })),
    all: viewing((view) => plannedChange(plan, view)),
    normalised: normaliser.run,
  });
  return {
    "read and decode": decoded - scaled,
    "cut and scale": scaled,
    colours: sharp - scaled,
    "blur, of every second": all - sharp,
    mirror: 0,
    normalise: normalised,
  };
}

/** Normalises the views of a step. */
function openNormaliser(engine: Engine): Disposable & { readonly run: () => void } {
  const { side } = recipe;
  const shape = [viewsInStep, side, side, 3];
  const pictures = uint8Tensor(new Uint8Array(viewsInStep * 3 * side * side), shape);
  const normalised = engine.compile(({ pictures }: { pictures: Tensor }) => ({
    views: normalise(bytesAsFloats(pictures), recipe),
  }));
  return {
    run: () => normalised({ pictures }).views.dispose(),
    [Symbol.dispose]() {
      normalised.dispose();
      pictures.dispose();
    },
  };
}

/** Milliseconds of the processor for a view: the least of rounds in which each work takes its turn. */
async function leastCosts<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<void> | void>>,
): Promise<Record<Name, number>> {
  const named = Object.entries(works) as [Name, () => Promise<void> | void][];
  const least = Object.fromEntries(named.map(([name]) => [name, Infinity])) as Record<Name, number>;
  for (const [, work] of named) await work();
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of named) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      least[name] = Math.min(least[name], (user + system) / 1000 / viewsInStep);
    }
  }
  return least;
}

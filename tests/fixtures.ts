/**
 * Small real data for tests: the first 20 CIFAR-10 training images of each class.
 *
 * @module
 */
import { cifarFacts } from "glmc/data/cifar.ts";
import { checkImageSet, type Dataset, type ImageSet } from "glmc/data/image_set.ts";
import { readSafetensors, type SafeTensor } from "glmc/disk/safetensors.ts";

const perClass = 20;
const imageBytes = 32 * 32 * 3;

/** 150 training images, 15 of each class, and 50 test images, 5 of each class, grouped by class. */
export function smallDataset(): Dataset {
  const { classNames, mean, std } = cifarFacts.cifar10;
  const file = new URL("fixtures/cifar10_small.safetensors", import.meta.url);
  const { images, labels } = readSafetensors(Deno.readFileSync(file)).tensors as Record<
    "images" | "labels",
    SafeTensor
  >;
  const take = (begin: number, end: number): ImageSet => {
    const rows = [...labels.data.keys()].filter((row) =>
      row % perClass >= begin && row % perClass < end
    );
    return checkImageSet({
      images: Uint8Array.from(
        rows.flatMap((row) => [
          ...(images.data as Uint8Array).subarray(row * imageBytes, (row + 1) * imageBytes),
        ]),
      ),
      labels: Int32Array.from(rows, (row) => Number(labels.data[row])),
      height: 32,
      width: 32,
      channels: 3,
      classNames,
    });
  };
  return { name: "cifar10", train: take(0, 15), test: take(15, perClass), mean, std };
}

/** Class of each training image of CIFAR-10 in the order of its five batches `[50000]`. */
export async function cifar10TrainLabels(): Promise<Int32Array> {
  const file = new URL("fixtures/cifar10_train_labels.txt.gz", import.meta.url);
  using source = await Deno.open(file);
  const text = await new Response(source.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  return Int32Array.from(text, Number);
}

/**
 * Images and the others of their batch that they are mixed with: what MixUp and CutMix share.
 *
 * @module
 */

import { gatherFloats } from "../../ops/gather.ts";
import { type Tensor, tf } from "../../tensor/tfjs.ts";
import type { LabelledImages } from "./paste.ts";
import type { ViewsContext } from "./views.ts";

/**
 * The images of a step, and for each its partner.
 *
 * @param context Views and draws; `partner` int32 `[B]` is the place of each partner among the views, of which the
 * first B are the images: all of them, or in a part of a batch those before the views that only serve as partners.
 * @returns Images `[B, H, W, C]` with their labels `[B, C]`, and partners in the same order.
 */
export function withPartners(
  { images: [views], labels, draws }: Pick<ViewsContext<unknown>, "images" | "labels" | "draws">,
): { readonly own: LabelledImages; readonly partners: LabelledImages } {
  const { partner } = draws as { partner: Tensor };
  const all: LabelledImages = { images: views!, labels: labels(0) };
  const own = (tensor: Tensor): Tensor =>
    tensor.shape[0] === partner.size ? tensor : tf.slice(tensor, 0, partner.size);
  return {
    own: { images: own(all.images), labels: own(all.labels) },
    partners: {
      images: gatherFloats(all.images, partner),
      labels: gatherFloats(all.labels, partner),
    },
  };
}

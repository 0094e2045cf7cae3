/**
 * The settings that choose the method of a run: by its name, or by its parts.
 *
 * @module
 */

import { losses } from "../loss/losses.ts";
import { views } from "../method/methods.ts";
import { optionalTextField, textField } from "../settings/field.ts";

/** The setting that chooses the method. */
export const methodFields = {
  /** Name of the method. */
  method: textField({
    default: "glmc",
    flags: ["method"],
    help:
      "way to train: a name, or ./file.ts of your own; --help --method <name> explains its flags",
  }),
};

const word = { pattern: /^[a-z][a-z0-9_]*$/, wanted: "a name" };

/** Settings that choose the method by its parts; what is stored is the name of the method. */
export const partFields = {
  /** Name of the views, or null. */
  views: optionalTextField({
    ...word,
    flags: ["views"],
    defaultText: "those of the method",
    help: `what the network is shown, with any loss that goes with it: ${
      [...views.map(({ name }) => name), "glmc"].join(", ")
    }`,
  }),
  /** Name of the loss, or null. */
  loss: optionalTextField({
    ...word,
    flags: ["loss"],
    defaultText: "that of the method",
    help: `what it learns from: ${losses.map(({ name }) => name).join(", ")}`,
  }),
};

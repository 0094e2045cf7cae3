/**
 * The methods that come with the kit.
 *
 * @module
 */

import { crossEntropyMethod } from "./cross_entropy.ts";
import { glmc } from "./glmc/glmc.ts";
import type { Method } from "./method.ts";

/** All methods, the default one first; a new one is a file of its own and a line here. */
export const methods: readonly Method[] = [glmc, crossEntropyMethod];

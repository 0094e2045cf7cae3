/**
 * The research kit for long-tailed visual recognition: GLMC on TensorFlow, from Deno.
 *
 * @module
 */
export {};

/** The compiler, for the worker that knows types. */
export { default } from "typescript";

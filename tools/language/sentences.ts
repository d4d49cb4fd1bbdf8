/**
 * What the compiler reports, as sentences for students.
 *
 * @module
 */

/** Longer messages are cut: they repeat types that nobody reads in a notebook. */
const MAX_LENGTH = 400;

/**
 * A message of the TypeScript compiler in short.
 *
 * - The types of `lib` reject wrong shapes with a sentence; the compiler puts its own around it.
 * - A missing export is named with the import that the cell has, not with the path of a file.
 * - Paths of files that exist only in memory are removed.
 */
export function sentence(message: string): string {
  const [, shapes] = /is not assignable to (?:parameter of )?type '"([^"]+)"'/.exec(message) ?? [];
  if (shapes !== undefined) return shapes;
  const [, path, name, suggestion] =
    /^(?:Module )?'"([^"]+)"' has no exported member(?: named)? '([^']+)'\.(?: Did you mean '([^']+)'\?)?/
      .exec(message) ?? [];
  if (name !== undefined) {
    const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
    return `${JSON.stringify(specifierOf(path))} has no export named ${name}${hint}`;
  }
  const short = message.replaceAll(/import\("[^"]*"\)\./g, "").trim();
  return short.length > MAX_LENGTH ? `${short.slice(0, MAX_LENGTH)} …` : short;
}

/** How a notebook imports a file: the course's library is `"mnist"`. */
function specifierOf(path: string): string {
  return /\/lib\/mod(?:\.ts)?$/.test(path) ? "mnist" : path.replace(/^.*\//, "");
}

/** The results of a class as text for people, and as CSV for programs. */
import { printable } from "../../lib/support/printable.ts";
import type { Exercises } from "../../exercises/check.ts";
import { idsOf, type Mark, type Marks } from "./marks.ts";

/** What came of one notebook: its marks, or why there are none. */
export interface Graded {
  readonly student: string;
  /** Empty where the file's name has no chapter. */
  readonly chapter: string;
  readonly marks?: Marks;
  readonly problem?: string;
}

/** The points of a chapter. */
export function pointsOf(marks: Marks = {}): number {
  return Object.values(marks).reduce((sum, { points }) => sum + points, 0);
}

/** A table for each chapter, students × exercises, and one of all chapters. */
export function tables(graded: readonly Graded[], exercises: Exercises): string {
  const chapters = [...new Set(graded.map(({ chapter }) => chapter))].sort();
  const parts = chapters.map((chapter) =>
    chapterTable(chapter, graded.filter((row) => row.chapter === chapter), exercises)
  );
  const named = chapters.filter((chapter) => chapter !== "");
  if (named.length > 1) parts.push(totalTable(graded, named));
  const legend = "– not answered, 0 not correct" +
    (graded.some(({ marks = {} }) => Object.values(marks).some((mark) => mark.solutionShown))
      ? ", * the solution was shown"
      : "");
  return [...parts, legend].join("\n\n");
}

function chapterTable(
  chapter: string,
  graded: readonly Graded[],
  exercises: Exercises,
): string {
  const ids = idsOf(chapter, exercises);
  const most = ids.reduce((sum, id) => sum + exercises[id].points, 0);
  const rows = graded.map(({ student, marks, problem = "" }) => [
    student,
    ...ids.map((id) => shown(marks?.[id])),
    marks ? String(pointsOf(marks)) : "",
    problem,
  ]);
  return `${chapter || "no chapter"}\n${
    aligned([["student", ...ids, chapter ? `of ${most}` : "", ""], ...rows])
  }`;
}

function shown(mark: Mark | undefined): string {
  if (!mark) return "";
  const text = mark.verdict === "unanswered" ? "–" : String(mark.points);
  return mark.solutionShown ? `${text}*` : text;
}

function totalTable(graded: readonly Graded[], chapters: readonly string[]): string {
  const rows = studentsOf(graded).map((student) => {
    const own = graded.filter((row) => row.student === student);
    const points = chapters.map((chapter) => {
      const marks = own.find((row) => row.chapter === chapter)?.marks;
      return marks ? String(pointsOf(marks)) : "";
    });
    return [student, ...points, String(own.reduce((sum, { marks }) => sum + pointsOf(marks), 0))];
  });
  const heads = chapters.map((chapter) => chapter.slice(0, 2));
  return `all chapters\n${aligned([["student", ...heads, "all"], ...rows])}`;
}

function studentsOf(graded: readonly Graded[]): string[] {
  return [...new Set(graded.map(({ student }) => student))].sort();
}

function aligned(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map((text) => printable(text).replace(/\s+/g, " ")));
  const widths = safe[0].map((_, i) => Math.max(...safe.map((row) => row[i].length)));
  const last = widths.length - 1;
  return safe.map((row) =>
    row.map((text, i) =>
      i === 0 || (i === last && last > 1 && rows[0][i] === "")
        ? text.padEnd(widths[i])
        : text.padStart(widths[i])
    ).join("  ").trimEnd()
  ).join("\n");
}

/** A line for each student: points by exercise, sentences, points by chapter, problems. */
export function csv(graded: readonly Graded[], exercises: Exercises): string {
  const chapters = [...new Set(graded.map(({ chapter }) => chapter))].filter(Boolean).sort();
  const ids = chapters.flatMap((chapter) => idsOf(chapter, exercises));
  const all = graded.flatMap(({ marks = {} }) => Object.entries(marks));
  const stored = ids.filter((id) =>
    all.some(([of, { verdict }]) => of === id && verdict === "stored")
  );
  const head = [
    "student",
    ...ids,
    ...stored.map((id) => `${id} text`),
    ...chapters,
    "points",
    "problems",
  ];
  const rows = studentsOf(graded).map((student) => {
    const own = graded.filter((row) => row.student === student);
    const marks: Marks = Object.assign({}, ...own.map((row) => row.marks));
    const problems = own.flatMap(({ problem }) => problem ?? []);
    return [
      student,
      ...ids.map((id) => marks[id]?.points ?? ""),
      ...stored.map((id) => marks[id]?.verdict === "stored" ? marks[id].text ?? "" : ""),
      ...chapters.map((chapter) => {
        const row = own.find((row) => row.chapter === chapter);
        return row?.marks ? pointsOf(row.marks) : "";
      }),
      pointsOf(marks),
      problems.join("; "),
    ];
  });
  return [head, ...rows].map((row) => row.map(field).join(",") + "\r\n").join("");
}

/** A field as RFC 4180 has it. Text that a spreadsheet would take for a formula starts with '. */
function field(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

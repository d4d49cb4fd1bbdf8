/** What a student's notebook of a chapter earned. */
import {
  type ExerciseResult,
  type Exercises,
  resultScrap,
  solutionScrap,
} from "../../exercises/check.ts";
import type { Judgement } from "../../exercises/exercise.ts";
import { recordedIn } from "../notebook_file/scraps.ts";
import { codeCells, type Notebook } from "../notebook_file/notebook.ts";
import { checkCallOf } from "../exercises/check_call.ts";
import type { Json } from "../support/json.ts";
import type { Answer } from "./judge.ts";

/** The result of one exercise. */
export interface Mark {
  readonly verdict: Judgement["kind"];
  readonly points: number;
  /** The hint for a wrong answer, or the sentence of a stored one. */
  readonly text?: string;
  /** Whether the notebook says that the student has seen the solution. */
  readonly solutionShown?: boolean;
}

/** The results of a chapter, by the ids of the exercises. */
export type Marks = Readonly<Record<string, Mark>>;

/** The ids of the exercises of a chapter. */
export function idsOf(chapter: string, exercises: Exercises): string[] {
  const number = Number(chapter.slice(0, 2));
  return Object.keys(exercises).filter((id) => id.startsWith(`${number}.`));
}

/** What a judgement earns. */
export function markOf(judgement: Judgement, points: number): Mark {
  const { kind } = judgement;
  const earned = kind === "correct" || kind === "stored" ? points : 0;
  const text = kind === "stored"
    ? judgement.text
    : kind === "wrong"
    ? judgement.mistake
    : undefined;
  return { verdict: kind, points: earned, ...text === undefined ? {} : { text } };
}

/** The results as the notebook itself has them: a person who can edit the file can edit them. */
export function storedMark(notebook: Notebook, id: string, points: number): Mark {
  const { scraps } = recordedIn(notebook);
  const result = scraps[resultScrap(id)] ?? null;
  const verdict = VERDICTS.find((verdict) => verdict === member(result, "verdict"));
  const text = member(result, "text");
  const judgement: Judgement = verdict === undefined || verdict === "unanswered"
    ? { kind: "unanswered" }
    : verdict === "stored"
    ? { kind: verdict, text: typeof text === "string" ? text : "" }
    : { kind: verdict };
  return {
    ...markOf(judgement, points),
    solutionShown: scraps[solutionScrap(id)] === true || member(result, "solutionShown") === true,
  };
}

const VERDICTS: readonly ExerciseResult["verdict"][] = [
  "correct",
  "stored",
  "unanswered",
  "wrong",
];

function member(value: Json, key: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value[key]
    : undefined;
}

/**
 * The student's answer to an exercise: the last cell that checks it, or the cell with the id of the
 * one that was handed out.
 */
export function answerTo(id: string, notebook: Notebook, original: Notebook): Answer | undefined {
  const cells = codeCells(notebook);
  const given = codeCells(original).find(({ source }) => checkCallOf(source)?.id === id);
  let index = cells.findLastIndex(({ source }) => checkCallOf(source)?.id === id);
  if (index < 0) index = cells.findIndex((cell) => cell.id === given?.id);
  if (index < 0) return undefined;
  const above = cells.slice(0, index).map(({ source }) => source);
  return { id, source: cells[index].source, above };
}

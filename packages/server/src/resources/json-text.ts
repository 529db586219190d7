/** Under this an answer offers its JSON, if it comes by that with less than its objects cost. */
export const jsonText: unique symbol = Symbol('jsonText');

/** An answer whose objects are made when they are asked for. */
export interface LazyAnswer<Answer> {
  [jsonText](): string;
  toJSON(): Answer;
}

export function jsonTextOf(answer: unknown): string {
  return isLazy(answer) ? answer[jsonText]() : JSON.stringify(answer);
}

/** The answer as an object like any other, that can be copied and compared. */
export function plainOf<Answer>(answer: Answer): Answer {
  return isLazy<Answer>(answer) ? answer.toJSON() : answer;
}

function isLazy<Answer>(answer: Answer | LazyAnswer<Answer>): answer is LazyAnswer<Answer> {
  return typeof answer === 'object' && answer !== null && jsonText in answer;
}

/** Under this an answer offers its JSON, if it comes by that with less than its objects cost. */
export const jsonText: unique symbol = Symbol('jsonText');

export function jsonTextOf(answer: unknown): string {
  return offersText(answer) ? answer[jsonText]() : JSON.stringify(answer);
}

function offersText(answer: unknown): answer is { [jsonText](): string } {
  return typeof answer === 'object' && answer !== null && jsonText in answer;
}

/** A failure with a known cause: its message is all the user needs, so it is printed without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Says what to print for whatever was thrown: a stack only where it would help us, not the user. */
export function explain(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

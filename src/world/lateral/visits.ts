/** Which sources have been at a hub. What one of them can do there another can as well, except to itself. */
import type { Source } from './sources.ts';

/** In the place of the one foothold of a source that came: others came as well. */
const SEVERAL = -1;

export class Visits {
  readonly #byWhom = new Map<Source, number>();

  /**
   * Whether a visit can tell anything new: the first of its source, or the first of another foothold.
   * @param foothold its index
   */
  isNews(source: Source, foothold: number): boolean {
    const before = this.#byWhom.get(source);
    if (before === SEVERAL || before === foothold) return false;
    this.#byWhom.set(source, before === undefined ? foothold : SEVERAL);
    return true;
  }
}

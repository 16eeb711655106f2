import type * as slim from '../../world/objects.ts';
import { labels } from './metadata.ts';
import { list, object, string, text } from './shape.ts';

export const labelSelector = object<slim.LabelSelector>({
  matchLabels: labels,
  matchExpressions: list(
    object<slim.LabelSelector['matchExpressions'][number]>({
      key: string,
      operator: string,
      values: list(text),
    }),
  ),
});

import type * as slim from '../../world/objects.ts';
import { labels } from './metadata.ts';
import { list, object, string, text } from './shape.ts';

const requirements = list(
  object<slim.LabelSelector['matchExpressions'][number]>({
    key: string,
    operator: string,
    values: list(text),
  }),
);

export const labelSelector = object<slim.LabelSelector>({
  matchLabels: labels,
  matchExpressions: requirements,
});

export const nodeSelectorTerm = object<slim.NodeSelectorTerm>({
  matchExpressions: requirements,
  matchFields: requirements,
});

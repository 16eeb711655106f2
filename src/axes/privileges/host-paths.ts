/** What a path of the node gives to whoever can read or write it. */

export interface HostPathGrade {
  readonly weight: number;
  readonly gives: string;
}

/** The longest prefix that matches counts. */
const grades: readonly (HostPathGrade & { readonly path: string })[] = [
  { path: '/', weight: 0.94, gives: 'the whole file system of the node, and so the node' },
  { path: '/var/log', weight: 0.55, gives: "the other pods' logs, and through links in it other files" },
];

const other: HostPathGrade = { weight: 0.5, gives: 'files of the node' };

export function gradeOf(path: string): HostPathGrade {
  return grades.find((grade) => grade.path === path) ?? other;
}

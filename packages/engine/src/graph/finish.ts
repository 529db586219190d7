/** The finish of a task, in the place of a child: every step without children leads there. */
export const finish = -1;

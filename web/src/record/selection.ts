// Which rows of a list are chosen: single ones by their ids, or all that match the filter, whether loaded or not.

export interface Selection {
  readonly all: boolean;
  readonly ids: ReadonlySet<string>;
}

export const nothing: Selection = { all: false, ids: new Set() };
export const everything: Selection = { all: true, ids: new Set() };

export const isChosen = (selection: Selection, id: string): boolean => selection.all || selection.ids.has(id);

// The server can be told "all that match" but not "all but these": one click on a row of all gives them all up.
export function flipped(selection: Selection, id: string): Selection {
  if (selection.all) return nothing;
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { all: false, ids };
}

// A range by shift: all of them become what the last one clicked was made.
export function ranged(selection: Selection, ids: readonly string[], choose: boolean): Selection {
  if (selection.all) return nothing;
  const next = new Set(selection.ids);
  for (const id of ids) {
    if (choose) next.add(id);
    else next.delete(id);
  }
  return { all: false, ids: next };
}

export const chosenCount = (selection: Selection, total: number): number => (selection.all ? total : selection.ids.size);

// What the keys do.

import { Dialogue } from "../kit/dialogue";
import { besides, menu } from "../routes";
import { useTexts } from "../texts/language";

export function KeysHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { help, states, pages, desk } = useTexts();
  const rows: [string[], string][] = [
    [["/"], help.search],
    ...[...menu, ...besides].map(({ page, letter }): [string[], string] => [["g", letter], pages[page]]),
    [["j", "k"], help.move],
    [["Enter"], help.open],
    [["[", "]"], help.pages],
    [["x"], help.select],
    [["Ctrl", "C"], help.copyRow],
    [["e"], desk.acts.acknowledge],
    [["a"], desk.acts.assign],
    [["n"], desk.acts.note],
    [["r"], help.read],
    [["c"], help.cancel],
    [["Esc"], help.close],
    [["?"], help.help],
  ];
  return (
    <Dialogue title={help.title} isOpen={isOpen} onClose={onClose}>
      <dl className="keys">
        {rows.map(([keys, what]) => [
          <dt key={`${what} key`}>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>,
          <dd key={what}>{what}</dd>,
        ])}
      </dl>
      <div className="actions">
        <button type="button" className="button" onClick={onClose}>
          {states.close}
        </button>
      </div>
    </Dialogue>
  );
}

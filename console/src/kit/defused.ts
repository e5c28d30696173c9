/** Text that a spreadsheet would take for a formula is given as text. */
export function defused(text: string): string {
  return /^[=+\-@]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
}

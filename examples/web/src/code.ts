/** The digits in what was typed, at most as many as there are boxes. Full-width digits, which some keyboards type, count. */
export function digitsOf(text: string, boxes: number): string {
  return text.normalize("NFKC").replace(/[^0-9]/g, "").slice(0, boxes);
}

/**
 * The code in a pasted text such as "4466 is your activation code" or "44 66", or null when the text does not say. A whole
 * code replaces what was typed before; anything else is pasted as into any field.
 */
export function pastedCode(text: string, boxes: number): string | null {
  const numbers = text.normalize("NFKC").match(/[0-9]+/g) ?? [];
  const digits = numbers.join("");
  if (digits.length === boxes) return digits;
  const fitting = numbers.filter((number) => number.length === boxes);
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

// The Authorization header for an email and a password, in UTF-8 (RFC 7617). `btoa` alone takes Latin-1: it throws on
// "秘密", and encodes "Käse" wrongly.
export function basic(email, password) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

// The Authorization header that proves an email and a password, in UTF-8 (RFC 7617). `btoa` alone throws on a password
// such as "naïve 秘密", since it takes Latin-1 only, and means another one with "naïve".
export function basic(email, password) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

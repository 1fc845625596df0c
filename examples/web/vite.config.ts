import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Another port would be another origin, of which an API in production may not know.
  server: { strictPort: true },
  // The dictionaries of zxcvbn: a file of their own, loaded when somebody gets to the password.
  build: { chunkSizeWarningLimit: 900 },
});

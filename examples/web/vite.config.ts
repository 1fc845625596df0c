import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Another port would be another origin, which the API may not allow.
  server: { strictPort: true },
  // The dictionaries of zxcvbn are a file of their own, loaded when the password field takes the focus.
  build: { chunkSizeWarningLimit: 900 },
});

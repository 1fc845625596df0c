import react from "@vitejs/plugin-react";
import { defaultClientConditions, defaultServerConditions, defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // The client is built from its source, which is beside this folder. As an installed package it has built files only.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  ssr: { resolve: { conditions: ["source", ...defaultServerConditions] } }, // The unit tests.
  // Another port would be another origin, which the API may not allow.
  server: { strictPort: true, fs: { allow: [".", "../../clients/js"] } },
  // The dictionaries of zxcvbn are a file of their own, loaded when the password field takes the focus.
  build: { chunkSizeWarningLimit: 900 },
});

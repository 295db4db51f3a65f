import { fileURLToPath } from "node:url";

/** The directory that gunicov is installed in, with a slash at its end: the one above src/, and above dist/ where this file's code is then. */
export const INSTALLED = fileURLToPath(new URL("../", import.meta.url));

/** Who decides, and why, in a code of their own. */
export interface Decision {
  by: string;
  reasonCode: string | null;
}

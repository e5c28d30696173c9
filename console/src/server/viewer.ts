// Who is signed in, as the frame has asked already.

import { useQuery } from "urql";
import { FrameDocument, type FrameQuery } from "./generated/graphql";

export type Viewer = FrameQuery["viewer"];

export function useViewer(): Viewer | undefined {
  const [{ data }] = useQuery({ query: FrameDocument });
  return data?.viewer;
}

/** Whether somebody may work on what needs a person. */
export function worksAtDesk(viewer: Viewer | undefined): boolean {
  return viewer?.role === "ACCOUNTANT" || viewer?.role === "ADMIN";
}

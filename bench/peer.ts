/**
 * What the bench knows of a peer.
 *
 * @module
 */

/** A program that queuectl is compared with. */
export interface Peer {
  /** What the table calls it. */
  name: string;
  /** Runs the jobs once; gives jobs a second, adding them included where that cannot be parted. */
  rate(round: number): Promise<number>;
  /** Ends what it left running. */
  close?(): Promise<void>;
}

/** Keys that the tests press. */
export type Key = 'ArrowLeft' | 'Backspace' | 'Enter' | 'Escape';

/** A browser with one page. Positions are in CSS pixels from the window's top left corner. */
export interface Driver {
  /** Opens the page in a window of this size, and waits until its files have loaded. */
  open(url: string): Promise<void>;
  /** Calls the function in the page. It must not refer to anything outside of itself. */
  evaluate<R, A = undefined>(call: (argument: A) => R, argument: A): Promise<R>;
  resize(width: number, height: number): Promise<void>;
  movePointer(x: number, y: number): Promise<void>;
  click(x: number, y: number): Promise<void>;
  press(key: Key): Promise<void>;
  type(text: string): Promise<void>;
  /** The window's content as a PNG. */
  screenshot(): Promise<Buffer>;
  /** Uncaught errors, and errors and warnings logged to the console, since the page was opened. */
  complaints(): Promise<string[]>;
  /** Ends all processes of the browser. */
  close(): Promise<void>;
}

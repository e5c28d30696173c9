// A dialogue over the page. The focus stays in it, and goes back to where it was.

import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface DialogueProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Whether it closes by a click beside it. */
  dismissable?: boolean;
  children: ReactNode;
}

export function Dialogue({ title, isOpen, onClose, dismissable = true, children }: DialogueProps) {
  return (
    <ModalOverlay
      className="veil"
      isOpen={isOpen}
      isDismissable={dismissable}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal>
        <Dialog className="dialogue">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

package org.posthouse.maildir;

import org.posthouse.disk.Disk;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.StoreFaultsContract;

class MaildirFaultsTest implements StoreFaultsContract {
    @Override
    public Store newStore(Disk disk) {
        return Stores.over(disk);
    }
}

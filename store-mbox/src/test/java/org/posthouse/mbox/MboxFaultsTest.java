package org.posthouse.mbox;

import org.posthouse.disk.Disk;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.StoreFaultsContract;

class MboxFaultsTest implements StoreFaultsContract {
    @Override
    public Store newStore(Disk disk) {
        return Stores.over(disk);
    }
}

package org.posthouse.auth;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Plugins;

/** Changes accounts in the directory that has them; each change is one call of one directory. */
final class DirectoriesEditor implements Editor {
    private interface Change {
        void on(Editor editor) throws Refusal, IOException;
    }

    private final Directories directories;
    private final Plugins<Directory> plugins;
    private final List<String> editable;

    DirectoriesEditor(Directories directories, Plugins<Directory> plugins, List<String> editable) {
        this.directories = directories;
        this.plugins = plugins;
        this.editable = editable;
    }

    @Override public List<Account> list() throws IOException {
        var all = new ArrayList<Account>();
        for (var name : editable) {
            all.addAll(plugins.call(name, d -> editorOf(name, d).list()));
        }
        return all;
    }

    @Override public void add(String fullName, char[] password) throws Refusal, IOException {
        if (directories.account(fullName).isPresent()) {
            throw new Refusal("5.1.3", fullName + " exists already; change it with: user password " + fullName);
        }
        change(editable.getFirst(), e -> e.add(fullName, password));
    }

    @Override public void password(String fullName, char[] password) throws Refusal, IOException {
        change(holder(fullName), e -> e.password(fullName, password));
    }

    @Override public void remove(String fullName) throws Refusal, IOException {
        change(holder(fullName), e -> e.remove(fullName));
    }

    @Override public List<String> appPasswords(String fullName) throws Refusal, IOException {
        var name = holder(fullName);
        return plugins.<List<String>, Refusal>call(name, d -> editorOf(name, d).appPasswords(fullName));
    }

    @Override public void addAppPassword(String fullName, String label, char[] password) throws Refusal, IOException {
        change(holder(fullName), e -> e.addAppPassword(fullName, label, password));
    }

    @Override public void removeAppPassword(String fullName, String label) throws Refusal, IOException {
        change(holder(fullName), e -> e.removeAppPassword(fullName, label));
    }

    private String holder(String fullName) throws Refusal, IOException {
        for (var name : editable) {
            if (plugins.call(name, d -> d.account(fullName).isPresent())) {
                return name;
            }
        }
        if (directories.account(fullName).isPresent()) {
            throw new Refusal("5.3.3", fullName + " is in a directory that cannot be changed from here");
        }
        throw new Refusal("5.1.1", "there is no account " + fullName + "; user list shows those that are");
    }

    private void change(String name, Change change) throws Refusal, IOException {
        plugins.<Void, Refusal>call(name, d -> {
            change.on(editorOf(name, d));
            return null;
        });
    }

    private static Editor editorOf(String name, Directory directory) throws Unavailable {
        return directory.editor().orElseThrow(() -> new Unavailable(name + " cannot be changed any more"));
    }
}

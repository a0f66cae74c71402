package org.posthouse.message;

/** The other side must be told: carries a status of class 4 or 5 whose text is safe for strangers. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    public Refusal(Status status) {
        super(status.toString(), null, false, false);
        if (status.success()) {
            throw new IllegalArgumentException("a refusal needs a status of class 4 or 5: " + status);
        }
        this.status = status;
    }

    public Refusal(String code, String text) {
        this(new Status(code, text));
    }

    public Status status() {
        return status;
    }
}

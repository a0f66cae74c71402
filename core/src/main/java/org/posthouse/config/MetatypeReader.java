package org.posthouse.config;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a file of {@code OSGI-INF/metatype/} (OSGi Compendium, Metatype Service Specification §105.8) as bnd writes it:
 * object classes with their attributes, and the PIDs designated to them. Entities and document types are refused.
 */
final class MetatypeReader {
    /**
     * An object class and the PID it describes.
     *
     * @param pid     empty where none is designated
     * @param factory whether there may be many configurations, each with a name
     */
    record ObjectClass(String pid, boolean factory, SequencedMap<String, KeyType> keys) {}

    private final Map<String, SequencedMap<String, KeyType>> classes = new LinkedHashMap<>();
    private final List<ObjectClass> designated = new ArrayList<>();
    private final XMLStreamReader xml;

    private MetatypeReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    /** The designated object classes of one file; those without a designation, when it has none. */
    static List<ObjectClass> read(byte[] file) throws XMLStreamException {
        var parser = XMLInputFactory.newDefaultFactory();
        parser.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        parser.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        var reader = new MetatypeReader(parser.createXMLStreamReader(new ByteArrayInputStream(file)));
        reader.read();
        return reader.designated.isEmpty()
                ? reader.classes.values().stream().map(keys -> new ObjectClass("", false, keys)).toList()
                : List.copyOf(reader.designated);
    }

    private void read() throws XMLStreamException {
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "OCD" -> classes.put(attribute("id", ""), attributes());
                    case "Designate" -> designate(attribute("pid", ""), attribute("factoryPid", ""));
                    default -> { }
                }
            }
        }
    }

    private SequencedMap<String, KeyType> attributes() throws XMLStreamException {
        var keys = new LinkedHashMap<String, KeyType>();
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("OCD")) {
                break;
            }
            if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("AD")) {
                var type = attribute();
                keys.put(type.key(), type);
            }
        }
        return keys;
    }

    private KeyType attribute() throws XMLStreamException {
        boolean many = !attribute("cardinality", "0").equals("0");
        var written = Optional.ofNullable(xml.getAttributeValue(null, "default")).map(d -> many ? listed(d) : d);
        var byDefault = attribute("required", "true").equals("false") ? written.or(() -> Optional.of("")) : written;
        var type = new KeyType(attribute("id", ""), attribute("type", "String"), many, attribute("name", ""),
                attribute("min", ""), attribute("max", ""), new ArrayList<>(), byDefault, attribute("description", ""));
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("AD")) {
                break;
            }
            if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("Option")) {
                type.options().add(attribute("value", ""));
            }
        }
        return type;
    }

    /** The values of a default are separated by commas; one within a value has a backslash, and in our files none can be. */
    private static String listed(String values) {
        return String.join(", ", values.replace("\\", "").split(","));
    }

    private void designate(String pid, String factoryPid) throws XMLStreamException {
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("Designate")) {
                break;
            }
            if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("Object")) {
                var keys = classes.getOrDefault(attribute("ocdref", ""), new LinkedHashMap<>());
                designated.add(new ObjectClass(factoryPid.isEmpty() ? pid : factoryPid, !factoryPid.isEmpty(), keys));
            }
        }
    }

    private String attribute(String name, String otherwise) {
        var value = xml.getAttributeValue(null, name);
        return value == null ? otherwise : value;
    }
}
